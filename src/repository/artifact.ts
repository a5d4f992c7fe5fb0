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
  private readonly rules: readonly Rule[];

  /** @param rules In their order: each .sourceignore, then `spec.ignore` of the source. */
  constructor(rules: readonly IgnoreRules[]) {
    this.rules = [defaults, ...rules.flatMap(parseRules)].reverse();
  }

  /** Where the rule comes from that lets a file in which an earlier one keeps out. */
  spares(file: string): string | undefined {
    const rule = this.last(file);
    return rule?.negative ? rule.origin : undefined;
  }

  /** The rule that keeps a file out; undefined when Flux gets it. */
  ignoredBy(file: string): IgnoredBy | undefined {
    const rule = this.last(file);
    return rule?.negative === false ? rule : undefined;
  }

  private last(file: string): Rule | undefined {
    return this.rules.find(({ folder, matcher }) => {
      const path = folder === '.' ? file : posix.relative(folder, file);
      return path !== '' && !path.startsWith('..') && matcher.ignores(path);
    });
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
