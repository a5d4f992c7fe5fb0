import { AppSecret, type AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { placeOf } from '../platform/hand-over.js';
import type { BesideSecret } from '../platform/platform.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import { identityIn } from '../repository/metadata-text.js';
import type { BesideInput } from './input.js';
import { lineOf } from './lines.js';
import { identityOf } from './manifest.js';
import type { Places } from './place.js';

/**
 * Files of app secrets that moved, which stay, marked, until Flux has handed the ExternalSecrets over. Within one
 * build there can't be duplicates, but there Flux updates a moved object in place.
 */
export function findKept(
  input: BesideInput,
  wanted: ReadonlyMap<string, BesideSecret>,
  places: Places,
): Map<string, BesideSecret> {
  const leaving = [...input.view.files.beside].filter(([file]) => !wanted.has(file));
  if (input.finishMove || leaving.length === 0) return new Map();
  const nowAt = new Map<string, string>([...wanted].map(([file, { secret }]) => [identityOf(secret), file]));
  const declared = declaredIn(input);
  return new Map(
    leaving.flatMap(([file, content]) => {
      const identity = identityIn(content);
      const one = declared.get(identity);
      const now = nowAt.get(identity);
      const isSameBuild =
        now !== undefined && [...places.of(now).owners].some((owner) => places.of(file).owners.has(owner));
      return one && !isSameBuild ? [[file, one] as const] : [];
    }),
  );
}

/** Every app secret of the project, keyed by `namespace/name` of its ExternalSecret. */
function declaredIn({ platform, files }: BesideInput): Map<string, BesideSecret> {
  const sources = new Map<AppSecretProps, string>(
    files.flatMap(({ file, secrets }) => secrets.map((secret) => [secret, file] as const)),
  );
  const made = [
    ...platform.units.flatMap((unit) => unit.node.children).filter((node) => node instanceof AppSecret),
    ...platform.beside.map(({ secret }) => secret),
  ];
  return new Map(
    made.flatMap((secret) => {
      const source = sources.get(secret.props);
      return source === undefined ? [] : [[identityOf(secret), { source, secret }] as const];
    }),
  );
}

/** Warns about what stays where it was, and says what to do. */
export function keptWarnings(
  kept: ReadonlyMap<string, BesideSecret>,
  places: Places,
  settings: ResolvedSettings,
): Problem[] {
  return [...kept].map(([file, { secret }]) => {
    const { lacks } = places.of(file);
    const listed =
      lacks === undefined ? '' : `, and ${lacks} must list it until then: \`${lineOf(lacks, file)}\``;
    return {
      code: 'moved',
      where: file,
      what: `stays until Flux has handed ${identityOf(secret)} over to ${placeOf(secret.props, settings)}${listed}`,
      todo: 'commit and push, and once Flux has applied it, run `npm run synth -- --finish-move`',
    };
  });
}

/** Moves that can't be finished yet, because nothing would apply the ExternalSecret afterwards. */
export function finishProblems(
  { handOvers, finishMove, view }: BesideInput,
  wanted: ReadonlyMap<string, BesideSecret>,
  places: Places,
): Problem[] {
  if (!finishMove) return [];
  const props = new Set(handOvers.map(({ secret }) => secret));
  const left = [...view.files.beside].filter(([file]) => !wanted.has(file));
  const identities = new Set(left.map(([, content]) => identityIn(content)));
  return [...wanted].flatMap(([file, { secret }]) => {
    const { lacks } = places.of(file);
    if (lacks === undefined || !(props.has(secret.props) || identities.has(identityOf(secret)))) return [];
    return [
      {
        where: lacks,
        what: `does not list the ExternalSecret ${identityOf(secret)}, so nothing would apply it after the move`,
        todo: `add under resources: \`${lineOf(lacks, file)}\`, push, and finish the move once Flux has applied it`,
      },
    ];
  });
}
