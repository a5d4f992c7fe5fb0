import { type AppSecretProps, externalSecretNameOf } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { keysOf } from '../external-secret/source.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';

/** An app secret and the file that declares it. */
interface Declared {
  readonly file: string;
  readonly secret: AppSecretProps;
}

/**
 * App secrets that would create the same Secret, and overwrite each other in it, or the same ExternalSecret. Several
 * may merge different keys into a Secret that something else creates.
 */
export function sameNameProblems(files: readonly AppSecretsFile[]): Problem[] {
  const bySecret = new Map<string, Declared[]>();
  const byExternalSecret = new Map<string, Declared>();
  return files.flatMap(({ file, secrets }) =>
    secrets.flatMap((secret): Problem[] => {
      const named = `${secret.namespace}/${secret.name}`;
      const others = bySecret.get(named) ?? [];
      bySecret.set(named, [...others, { file, secret }]);
      const [first] = others;
      const mayShare = [...others, { secret }].every((one) => one.secret.creationPolicy === 'Merge');
      if (first && !mayShare) {
        const what =
          first.file === file ? 'is declared twice in this file' : `is already declared in ${first.file}`;
        return [{ where: `${file}: ${named}`, what, todo: 'rename one of the two, or delete it' }];
      }
      const own = `${secret.namespace}/${externalSecretNameOf(secret)}`;
      const other = byExternalSecret.get(own);
      if (!other) byExternalSecret.set(own, { file, secret });
      return [
        ...(other ? [sameExternalSecret({ file, secret }, other)] : []),
        ...sharedKeys({ file, secret }, others),
      ];
    }),
  );
}

function sameExternalSecret({ file, secret }: Declared, other: Declared): Problem {
  const { namespace, name } = secret;
  const of = other.file === file ? '' : ` in ${other.file}`;
  return {
    where: `${file}: ${namespace}/${name}: externalSecretName`,
    what: `the ExternalSecret ${namespace}/${externalSecretNameOf(secret)} is already used by ${other.secret.namespace}/${other.secret.name}${of}`,
    todo: 'give one of the two another externalSecretName',
  };
}

/** Keys that two app secrets would merge into the same Secret. */
function sharedKeys({ file, secret }: Declared, others: readonly Declared[]): Problem[] {
  const keys = new Set(keysOf(secret));
  return others.flatMap((other) => {
    const shared = (keysOf(other.secret) ?? []).filter((key) => keys.has(key));
    if (shared.length === 0) return [];
    const by = other.file === file ? 'another app secret in this file' : `an app secret in ${other.file}`;
    return [
      {
        where: `${file}: ${secret.namespace}/${secret.name}`,
        what: `adds ${shared.join(', ')}, which ${by} also adds: the two would overwrite each other`,
        todo: 'keep it in one of the two',
      },
    ];
  });
}
