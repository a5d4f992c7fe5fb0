import { posix } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** A source of rules that exclude files from what Flux fetches. */
export interface IgnoreRules {
  /** Its name in messages: `.sourceignore`, or `spec.ignore of GitRepository flux-system in FILE`. */
  readonly origin: string;
  /** Folder that the rules are relative to, '.' for the top. */
  readonly folder: string;
  /** Lines as in a .gitignore. */
  readonly text: string;
}

/** The rule that excludes a file. */
export interface IgnoredBy {
  readonly origin: string;
  readonly rule: string;
}

interface Rule extends IgnoredBy {
  readonly folder: string;
  readonly negative: boolean;
  readonly matcher: Ignore;
}

/** source-controller's default rules; they come first, so that any other rule overrides them. */
const defaults: Rule = {
  origin: 'source-controller',
  rule: 'its default ignores',
  folder: '.',
  negative: false,
  // None of them negates another, so one matcher is enough.
  matcher: ignore({ allowRelativePaths: true }).add([
    ...['.git/', '.gitignore', '.gitmodules', '.gitattributes', '.github/', '.circleci/'],
    ...['*.jpg', '*.jpeg', '*.gif', '*.png', '*.wmv', '*.flv', '*.tar.gz', '*.zip'],
    ...['.travis.yml', '.gitlab-ci.yml', 'appveyor.yml', '.drone.yml', 'cloudbuild.yaml'],
    ...['codeship-services.yml', 'codeship-steps.yml'],
    ...['**/.goreleaser.yml', '**/.sops.yaml', '**/.flux.yaml'],
  ]),
};

/**
 * Which files of the repository Flux fetches, by the ignore rules of source-controller: the last rule that matches a
 * file, or a folder above it, decides.
 * https://fluxcd.io/flux/components/source/gitrepositories/#excluding-files
 */
export class Artifact {
  /** The rules of each source, the last one first. */
  private readonly sources: readonly (readonly Rule[])[];

  /**
   * @param files Each .sourceignore.
   * @param specs `spec.ignore` of each source of this repository; a file is fetched if one of them includes it.
   */
  constructor(files: readonly IgnoreRules[], specs: readonly (IgnoreRules | undefined)[]) {
    const common = [defaults, ...files.flatMap(parseRules)];
    const all = specs.length > 0 ? specs : [undefined];
    this.sources = all.map((spec) => [...common, ...(spec ? parseRules(spec) : [])].reverse());
  }

  /** The source of the rule that includes a file again which an earlier rule excludes. */
  spares(file: string): string | undefined {
    return this.last(file).find((rule) => rule?.negative)?.origin;
  }

  /** The rule that excludes a file; undefined if Flux gets it. */
  ignoredBy(file: string): IgnoredBy | undefined {
    const rules = this.last(file);
    return rules.every((rule) => rule?.negative === false) ? rules[0] : undefined;
  }

  /** The last matching rule of each source. */
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
