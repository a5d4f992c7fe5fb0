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
const defaults: IgnoreRules = {
  origin: "source-controller's defaults",
  folder: '.',
  text: [
    '.git/\n.gitignore\n.gitmodules\n.gitattributes',
    '*.jpg\n*.jpeg\n*.gif\n*.png\n*.wmv\n*.flv\n*.tar.gz\n*.zip',
    '.github/\n.circleci/\n.travis.yml\n.gitlab-ci.yml\nappveyor.yml\n.drone.yml\ncloudbuild.yaml',
    'codeship-services.yml\ncodeship-steps.yml\n**/.goreleaser.yml\n**/.sops.yaml\n**/.flux.yaml',
  ].join('\n'),
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
    this.rules = [defaults, ...rules].flatMap(parseRules).reverse();
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
