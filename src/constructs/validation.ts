import type { IConstruct } from 'constructs';
import { type Problem, problemLine } from '../errors.js';

/** The checks of `addCheck`, by construct: `node.validate()` returns only lines of text. */
const checks = new WeakMap<IConstruct, (() => readonly Problem[])[]>();

/**
 * Checks a construct when its app is synthesized, as `node.addValidation` does.
 *
 * @param construct The construct to check.
 * @param check Returns the problems of the construct.
 */
export function addCheck(construct: IConstruct, check: () => readonly Problem[]): void {
  checks.set(construct, [...(checks.get(construct) ?? []), check]);
  construct.node.addValidation({ validate: () => check().map(problemLine) });
}

/** The problems of all constructs in a scope, including those reported only through `node.addValidation`. */
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
