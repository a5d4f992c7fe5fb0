import { originOf } from './first-line.js';

/** What identifies an object in a file that synth wrote. */
export interface WrittenObject {
  readonly kind: string;
  /** '' for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
}

/**
 * Reads what identifies the object in a file that synth wrote from its text: parsing thousands of files takes seconds.
 * A file beside an app may leave the namespace to the build; its first line has it then.
 *
 * @returns undefined if it is not an object that synth could have written.
 */
export function writtenObject(content: Buffer): WrittenObject | undefined {
  const text = content.toString('utf8');
  const kind = /^kind: (\S+)/m.exec(text)?.[1];
  const [, metadata = ''] = /^metadata:\r?\n((?: +.*(?:\r?\n|$))*)/m.exec(text) ?? [];
  const [indent] = /^ */.exec(metadata) ?? [];
  const field = (name: string) => new RegExp(`^${indent}${name}: ['"]?([^'"\\s]*)`, 'm').exec(metadata)?.[1];
  const name = field('name');
  if (kind === undefined || name === undefined) return undefined;
  return { kind, namespace: field('namespace') ?? originOf(content)?.namespace ?? '', name };
}

/** `namespace/name` of the object in a file that synth wrote; '' if there is none. */
export function identityIn(content: Buffer): string {
  const object = writtenObject(content);
  return object ? `${object.namespace}/${object.name}` : '';
}
