import type { Type } from './functions.js';

/** A call that, for some values or a missing key, returns nothing useful instead of failing. */
export interface LookUp {
  /**
   * `missing`: nothing if there is no such key. `unread`: nothing if the text can't be parsed. `nothing`: nothing
   * if nothing matches, which is fine as a condition. `order`: in another order each time.
   */
  readonly kind: 'missing' | 'unread' | 'nothing' | 'order';
  /** The function. */
  readonly by: string;
  /** undefined if the template computes it. */
  readonly key: string | undefined;
  /** Whether it reads the items' fields, rather than a map that the template made. */
  readonly ofFields: boolean;
}

/** What is known of a value without running the template. */
export interface Value {
  readonly type: Type;
  /** Equal expressions have equal ids. */
  readonly id: string;
  /** The string itself, if it is a literal. */
  readonly text?: string | undefined;
  /** The number itself, if known. */
  readonly number?: number | undefined;
  /** Type of the elements of a list or map, if known. */
  readonly element?: Type | undefined;
  /** Bounds of the length of a list or map, if known. */
  readonly least?: number | undefined;
  readonly most?: number | undefined;
  /** Can't hold PEM, PKCS#12 or a JWK, whatever the fields hold. */
  readonly unreadable?: boolean | undefined;
  /** Whether it is a literal: a number then fits every kind of number. */
  readonly literal?: boolean;
  /** The look-ups it came from, by id. */
  readonly lookUps: ReadonlyMap<string, LookUp>;
  /** Look-ups that found their key if this is true, or false. */
  readonly whenTrue: readonly string[];
  readonly whenFalse: readonly string[];
  /** Id of the map that this is a key, or a list of keys, of. */
  readonly keysOf?: string | undefined;
}

export const none: Value['lookUps'] = new Map();

/** Makes a value of which only this is known. */
export function make(type: Type, id: string, more: Partial<Value> = {}): Value {
  return { type, id, lookUps: none, whenTrue: [], whenFalse: [], ...more };
}

/** Id of the items' fields. */
export const fieldsId = 'fields';
/** Element types of maps and lists. */
export const elements: Partial<Record<Type, Type>> = {
  d: 's',
  S: 's',
  w: 's',
  n: 'i',
  N: 'l',
  i: 'i',
  I: 'I',
};
/** Types without keys or fields. */
export const plain = new Set<Type>(['b', 'f', 'i', 'I', 's', 'u']);
export const lists = new Set<Type>(['l', 'w', 'n', 'N']);

/** Id of the value under a map's key. `key` is an id itself, for a literal its text in quotes. */
export function lookUpId({ id }: Pick<Value, 'id'>, key: string): string {
  return `${id}[${key}]`;
}

/** Whether a value fits an argument of a type. */
export function isOf({ type, literal, id }: Value, wanted: Type): boolean {
  if (wanted === 'a' || type === 'a' || type === wanted) return true;
  // A hash algorithm has a Go type of its own, which only a string literal converts to.
  if (wanted === 'H') return type === 's' && literal === true;
  if (type === 'x') return /[lmv]/.test(wanted);
  if (wanted === 'L') return lists.has(type);
  if (!literal) return false;
  if (type === 'i') return /[Iuf]/.test(wanted);
  return type === 'f' && /[iIu]/.test(wanted) && Number.isInteger(Number(id));
}
