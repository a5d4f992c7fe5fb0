import { goDuration } from '../duration.js';
import type { Problem } from '../errors.js';
import { isTree, type Tree } from '../tree.js';
import type { RepositoryFiles } from './files.js';
import type { FluxModel } from './model.js';

/** A single ExternalSecret whose interval is not a Go duration stops External Secrets Operator from listing any. */
export function intervalWarnings(files: RepositoryFiles, model: FluxModel): Problem[] {
  return files.picked
    .filter(({ bytes }) => bytes.includes('ExternalSecret') && bytes.includes('refreshInterval'))
    .filter(({ bytes }) =>
      [...bytes.toString('latin1').matchAll(/refreshInterval["']?\s*:\s*["']?([^\s"',}#]+)/g)].some(
        ([, value = '']) => goDuration(value) === undefined,
      ),
    )
    .filter(({ file }) => !model.isDead(file))
    .flatMap((file) =>
      files.parse(file, 'holds an ExternalSecret').flatMap((tree): Problem[] => {
        const interval = intervalOf(tree);
        if (typeof interval !== 'string') return [];
        if (interval === '' || interval.includes('$') || goDuration(interval) !== undefined) return [];
        const what = `refreshInterval '${interval}' is not a Go duration, and a single such ExternalSecret stops External Secrets Operator for the whole cluster`;
        return [{ where: file.file, what, todo: 'write hours, minutes or seconds, such as 24h' }];
      }),
    );
}

function intervalOf({ kind, spec }: Tree): unknown {
  if (!isTree(spec)) return undefined;
  if (kind === 'ExternalSecret') return spec['refreshInterval'];
  const inner = spec['externalSecretSpec'];
  return kind === 'ClusterExternalSecret' && isTree(inner) ? inner['refreshInterval'] : undefined;
}
