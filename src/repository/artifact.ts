import { posix } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Where rules come from that keep files out of what Flux fetches. */
export interface IgnoreRules {
  /** What the message names: `.sourceignore`, or `spec.ignore of GitRepository flux-system in FILE`. */
  readonly origin: string;
  /** Folder that the rules are relative to, '.' for the top. */
  readonly folder: string;
  /** Lines as in a .gitignore. */
  readonly text: string;
}

/** The rule that keeps a file out. */
export interface IgnoredBy {
  readonly origin: string;
  readonly rule: string;
}

interface Rule extends IgnoredBy {
  readonly folder: string;
  readonly negative: boolean;
  readonly matcher: Ignore;
}

/** What source-controller leaves out by itself; the first of all rules, so that any other overrules them. */
const defaults: Rule = {
  origin: 'source-controller',
  rule: 'its default ignores',
  folder: '.',
  negative: false,
  // None of them takes another back: one matcher does for all.
  matcher: ignore({ allowRelativePaths: true }).add([
    ...['.git/', '.gitignore', '.gitmodules', '.gitattributes', '.github/', '.circleci/'],
    ...['*.jpg', '*.jpeg', '*.gif', '*.png', '*.wmv', '*.flv', '*.tar.gz', '*.zip'],
    ...['.travis.yml', '.gitlab-ci.yml', 'appveyor.yml', '.drone.yml', 'cloudbuild.yaml'],
    ...['codeship-services.yml', 'codeship-steps.yml'],
    ...['**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml'],
  ]),
};

/**
 * Which files of the repository reach the cluster's copy of it, by the ignore rules of source-controller: the
 * last rule that matches a file, or a folder above it, decides.
 * https://fluxcd.io/flux/components/source/gitrepositories/#excluding-files
 */
export class Artifact {
  /** The rules of each source, the last one first. */
  private readonly sources: readonly (readonly Rule[])[];

  /**
   * @param files Each .sourceignore.
   * @param specs `spec.ignore` of each source that is this repository: what one of them has, a cluster gets.
   */
  constructor(files: readonly IgnoreRules[], specs: readonly (IgnoreRules | undefined)[]) {
    const common = [defaults, ...files.flatMap(parseRules)];
    const all = specs.length > 0 ? specs : [undefined];
    this.sources = all.map((spec) => [...common, ...(spec ? parseRules(spec) : [])].reverse());
  }

  /** Where the rule comes from that lets a file in which an earlier one keeps out. */
  spares(file: string): string | undefined {
    return this.last(file).find((rule) => rule?.negative)?.origin;
  }

  /** The rule that keeps a file out; undefined when Flux gets it. */
  ignoredBy(file: string): IgnoredBy | undefined {
    const rules = this.last(file);
    return rules.every((rule) => rule?.negative === false) ? rules[0] : undefined;
  }

  /** For each source the last rule that matches. */
  private last(file: string): (Rule | undefined)[] {
    const matches = ({ folder, matcher }: Rule) => {
      const path = folder === '.' ? file : posix.relative(folder, file);
      return path !== '' && !path.startsWith('..') && matcher.ignores(path);
    };
    return this.sources.map((rules) => rules.find(matches));
  }
}

function parseRules({ origin, folder, text }: IgnoreRules): Rule[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const negative = line.startsWith('!');
      const matcher = ignore({ allowRelativePaths: true }).add(negative ? line.slice(1) : line);
      return { origin, folder, rule: line, negative, matcher };
    });
}
