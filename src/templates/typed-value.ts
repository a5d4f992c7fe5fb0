import type { Type } from './functions.js';

/** A call that gives nothing useful, rather than an error, for some values, and where a key is missing. */
export interface LookUp {
  /**
   * `missing`: nothing where there is no such key. `unread`: nothing for a text that can't be read. `nothing`:
   * nothing where nothing matches, which is an answer to `if`. `order`: in another order each time.
   */
  readonly kind: 'missing' | 'unread' | 'nothing' | 'order';
  /** The function. */
  readonly by: string;
  /** undefined where the template computes it. */
  readonly key: string | undefined;
  /** In the fields of the items, rather than in a map that the template made. */
  readonly ofFields: boolean;
}

/** What is known of a value without running the template. */
export interface Value {
  readonly type: Type;
  /** The same for equal expressions. */
  readonly id: string;
  /** The text itself, of a string that stands in the template. */
  readonly text?: string | undefined;
  /** The number itself, where it is known. */
  readonly number?: number | undefined;
  /** Type of each of what a list or a map holds, where it is known. */
  readonly element?: Type | undefined;
  /** The fewest and the most that a list or a map holds, where that is known. */
  readonly least?: number | undefined;
  readonly most?: number | undefined;
  /** Holds no PEM, no PKCS#12 and no JWK, whatever the fields hold. */
  readonly unreadable?: boolean | undefined;
  /** Stands in the template as it is: a number then fits each kind of number. */
  readonly literal?: boolean;
  /** Look-ups that it came from, by id. */
  readonly lookUps: ReadonlyMap<string, LookUp>;
  /** Look-ups that found their key when this is true, or false. */
  readonly whenTrue: readonly string[];
  readonly whenFalse: readonly string[];
  /** The map of which this is a key, or a list of keys. */
  readonly keysOf?: string | undefined;
}

/** No look-ups. */
export const none: Value['lookUps'] = new Map();

/** A value, of which nothing more is known than what is given. */
export function make(type: Type, id: string, more: Partial<Value> = {}): Value {
  return { type, id, lookUps: none, whenTrue: [], whenFalse: [], ...more };
}

/** Id of the fields of the items. */
export const fieldsId = 'fields';
/** Types of what is in a map or a list. */
export const elements: Partial<Record<Type, Type>> = {
  d: 's',
  S: 's',
  w: 's',
  n: 'i',
  N: 'l',
  i: 'i',
  I: 'I',
};
/** Types that have no keys and no fields. */
export const plain = new Set<Type>(['b', 'f', 'i', 'I', 's', 'u']);
export const lists = new Set<Type>(['l', 'w', 'n', 'N']);

/** Id of what a map holds by a key, of which the id is given too: its text in quotes. */
export function lookUpId({ id }: Pick<Value, 'id'>, key: string): string {
  return `${id}[${key}]`;
}

/** Whether a value can be an argument of a type. */
export function isOf({ type, literal, id }: Value, wanted: Type): boolean {
  if (wanted === 'a' || type === 'a' || type === wanted) return true;
  // A hash algorithm is a type of its own, which only a text that stands there can be.
  if (wanted === 'H') return type === 's' && literal === true;
  if (type === 'x') return /[lmv]/.test(wanted);
  if (wanted === 'L') return lists.has(type);
  if (!literal) return false;
  if (type === 'i') return /[Iuf]/.test(wanted);
  return type === 'f' && /[iIu]/.test(wanted) && Number.isInteger(Number(id));
}
