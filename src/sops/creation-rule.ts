import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { loadAll, YAMLException } from 'js-yaml';
import { OperatorError, type Problem } from '../errors.js';
import { isTree, type Tree } from '../tree.js';

/** Where sops finds the rule for a file, and what it calls the file there. */
export interface CreationRule {
  /** Folder to run sops in: it looks for `.sops.yaml` there, and then upwards. */
  readonly cwd: string;
  /** The file, relative to that folder, which is what `path_regex` is matched against. */
  readonly file: string;
}

/** What the shipped `.sops.yaml` has in the place of a recipient. */
const placeholder = 'age1-put-your-public-key-here';

const config = '.sops.yaml';

/**
 * Finds the creation rule that encrypts a file: that of the project's own `.sops.yaml`, or, when it has
 * none that is filled in, that of the first folder above it. sops itself stops at the first `.sops.yaml`,
 * so it is run where the one with the rule is next.
 * https://getsops.io/docs/#using-sopsyaml-conf-to-select-kms-pgp-and-age-for-new-files
 *
 * @param project Absolute path of the project.
 * @param file The file, relative to it.
 * @throws OperatorError when no rule is there, or the only one still has the placeholder.
 */
export function findCreationRule(project: string, file: string): CreationRule {
  const unfilled: Problem[] = [];
  for (let folder = project; ; folder = dirname(folder)) {
    const path = join(folder, config);
    const name = relative(folder, join(project, file));
    const rule = existsSync(path) ? matchingRule(path, name) : undefined;
    if (rule && JSON.stringify(rule).includes(placeholder)) {
      unfilled.push({
        where: `${relative(project, path) || config}: creation_rules: age`,
        what: `is still the placeholder ${placeholder}`,
        todo: 'put the public key there that Flux has the private key of (age1..., printed by `age-keygen -y age.agekey`)',
      });
    } else if (rule) {
      return { cwd: folder, file: name };
    }
    if (folder === dirname(folder)) break;
  }
  throw new OperatorError(
    unfilled.length > 0
      ? unfilled
      : [
          {
            where: config,
            what: `there is no creation rule for ${file}, here or in a folder above`,
            todo: `add one with path_regex, encrypted_regex: ^(data|stringData)$ and your recipient`,
          },
        ],
  );
}

/** The first rule of a `.sops.yaml` that is for a file; as sops, which takes the first that matches. */
function matchingRule(path: string, file: string): Tree | undefined {
  let content: unknown;
  try {
    [content] = loadAll(readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const what = `is not YAML (${error.reason}, line ${(error.mark?.line ?? 0) + 1})`;
    throw new OperatorError([{ where: path, what, todo: 'correct it' }]);
  }
  const rules = isTree(content) && Array.isArray(content['creation_rules']) ? content['creation_rules'] : [];
  return rules.filter(isTree).find((rule) => {
    const pattern = rule['path_regex'];
    if (pattern === undefined || pattern === '') return true;
    try {
      return new RegExp(String(pattern)).test(file);
    } catch {
      // Go's syntax is not quite JavaScript's: let sops decide.
      return true;
    }
  });
}
