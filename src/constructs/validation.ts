import type { IConstruct } from 'constructs';
import { type Problem, problemLine } from '../errors.js';

/** What `addCheck` was told, by construct: `node.validate()` has only their lines. */
const checks = new WeakMap<IConstruct, (() => readonly Problem[])[]>();

/**
 * Checks a construct when its app is synthesized, as `node.addValidation` does.
 *
 * @param construct What is checked.
 * @param check Gives all that is wrong with it.
 */
export function addCheck(construct: IConstruct, check: () => readonly Problem[]): void {
  checks.set(construct, [...(checks.get(construct) ?? []), check]);
  construct.node.addValidation({ validate: () => check().map(problemLine) });
}

/** All that the constructs in a scope say is wrong with them, those that know only `node.addValidation` too. */
export function problemsIn(scope: IConstruct): Problem[] {
  return scope.node.findAll().flatMap((construct) => {
    const told = (checks.get(construct) ?? []).flatMap((check) => check());
    const lines = new Set(told.map(problemLine));
    const others = construct.node.validate().filter((what) => !lines.has(what));
    const { path } = construct.node;
    return [
      ...told,
      ...others.map((what) => ({ code: 'construct', where: path, what, todo: 'correct its input' })),
    ];
  });
}
