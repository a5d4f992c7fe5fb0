import type { Repository } from '../repository.js';

/** Where a file beside an app comes from, as its first line says. */
export interface Origin {
  /** The file that declares the app secret, relative to the project: `src/secrets/radarr.ts`. */
  readonly source: string;
  /** The project, as `projectIn` names it. */
  readonly project: string;
  /** Namespace of the Secret, which the manifest leaves out where the build gives it. */
  readonly namespace: string;
}

/** How a project is called in its repository: its folder, '.' for the top. */
export function projectIn(repository: Repository | undefined): string {
  return encodeURI(repository?.prefix.replace(/\/$/, '') || '.');
}

/** The comment by which synth knows a file as its own. Without blanks in a part, so that it can be read again. */
export function firstLine({ source, project, namespace }: Origin): string {
  return `# Made by cluster-secrets from ${encodeURI(source)} (project ${project}, namespace ${namespace}). Edit that file, not this one: synth writes it anew.\n`;
}

/** What the first line of a file says; undefined where it is none of ours. */
export function originOf(content: Buffer): Origin | undefined {
  // A file that begins with something else is looked at no further.
  if (!content.subarray(0, 40).includes('# Made by cluster-secrets from ')) return undefined;
  const [, source, project, namespace] =
    /^\uFEFF?# Made by cluster-secrets from (\S+) \(project (\S+), namespace ([^\s)]+)\)\. /.exec(
      content.subarray(0, 2048).toString('utf8'),
    ) ?? [];
  if (source === undefined || project === undefined || namespace === undefined) return undefined;
  return { source: decoded(source), project, namespace };
}

function decoded(text: string): string {
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}

/** Whether a file has a name as synth gives those beside apps. */
export function isBesideName(file: string): boolean {
  return /(^|\/)externalsecret-[^/]*\.yaml$/.test(file);
}

/** `metadata.name` of the object in a file that synth wrote. */
export function nameIn(content: Buffer): string | undefined {
  const [, metadata = ''] = /^metadata:\r?\n((?: .*\r?\n?)*)/m.exec(content.toString('utf8')) ?? [];
  return /^ {2}name: ['"]?([^'"\s]*)/m.exec(metadata)?.[1];
}
