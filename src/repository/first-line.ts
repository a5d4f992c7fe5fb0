import type { Repository } from '../repository.js';

/** The origin of a file beside an app, as its first line states it. */
export interface Origin {
  /** The file that declares the app secret, relative to the project: `src/secrets/radarr.ts`. */
  readonly source: string;
  /** The project's name, from `projectIn`. */
  readonly project: string;
  /** Namespace of the Secret; the manifest omits it if the build sets it. */
  readonly namespace: string;
}

/** Names a project within its repository: its folder, or '.' for the top. */
export function projectIn(repository: Repository | undefined): string {
  return encodeURI(repository?.prefix.replace(/\/$/, '') || '.');
}

/** The comment by which synth recognizes its own files. No part contains blanks, so that it can be parsed again. */
export function firstLine({ source, project, namespace }: Origin): string {
  return `# Made by cluster-secrets from ${encodeURI(source)} (project ${project}, namespace ${namespace}). Edit that file, not this one: synth writes it anew.\n`;
}

/** Parses the first line of a file; undefined if synth did not write it. */
export function originOf(content: Buffer): Origin | undefined {
  // A cheap check that rules out most files.
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

/** Whether a file is named like those that synth writes beside apps. */
export function isBesideName(file: string): boolean {
  return /(^|\/)externalsecret-[^/]*\.yaml$/.test(file);
}
