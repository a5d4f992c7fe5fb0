import type { Problem } from '../errors.js';
import type { Platform } from '../platform/platform.js';

/** What constructs say about themselves (`node.addValidation`), with their path. */
export function constructProblems({ app }: Platform): Problem[] {
  return app.node
    .findAll()
    .flatMap((construct) =>
      construct.node
        .validate()
        .map((what) => ({ where: construct.node.path, what, todo: 'correct its input' })),
    );
}
