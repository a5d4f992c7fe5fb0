import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { loadAll, YAMLException } from 'js-yaml';
import { OperatorError, type Problem } from '../errors.js';
import { escapeRegExp } from '../regexp.js';
import type { Surroundings } from '../surroundings.js';
import { isTree, type Tree } from '../tree.js';

/** The file to encrypt, and the `.sops.yaml` with the rule for it. */
export interface CreationRule {
  /** Absolute path of the `.sops.yaml`. */
  readonly config: string;
  /** Absolute path of the file to encrypt, which sops matches `path_regex` against. */
  readonly file: string;
}

/** The recipient in the shipped `.sops.yaml`. */
const placeholder = 'age1-put-your-public-key-here';

const name = '.sops.yaml';

/**
 * Finds the creation rule for a file: in the project's own `.sops.yaml` or, if that has no rule or only the
 * placeholder, in the nearest folder above. As in sops, `SOPS_CONFIG` names another file instead.
 * https://getsops.io/docs/#using-sopsyaml-conf-to-select-kms-pgp-and-age-for-new-files
 *
 * @param project Absolute path of the project.
 * @param file The file, relative to the project.
 * @param surroundings The environment with `SOPS_CONFIG`, and the folder that a relative path in it starts from.
 * @throws OperatorError if there is no rule, or only one with the placeholder.
 */
export function findCreationRule(project: string, file: string, { cwd, env }: Surroundings): CreationRule {
  const path = join(project, file);
  const { SOPS_CONFIG: named } = env;
  const unfilled: Problem[] = [];
  for (const config of named ? [resolve(cwd, named)] : configsAbove(project)) {
    // Like sops, match the whole path of a file outside of the config's folder.
    const folder = `${dirname(config)}/`;
    const rule = matchingRule(config, path.startsWith(folder) ? path.slice(folder.length) : path);
    if (rule && JSON.stringify(rule).includes(placeholder)) {
      unfilled.push({
        where: `${relative(project, config)}: creation_rules: age`,
        what: `is still the placeholder ${placeholder}`,
        todo: "replace it with the public key of Flux's private key (age1..., printed by `age-keygen -y age.agekey`)",
      });
    } else if (rule) {
      if (isForSshOnly(rule)) {
        const what = "names only SSH keys, which Flux can't use (`unknown identity type`)";
        const todo = 'add an age recipient whose private key Flux has (age1..., from `age-keygen`)';
        throw new OperatorError([{ where: `${relative(project, config)}: creation_rules: age`, what, todo }]);
      }
      return { config, file: path };
    }
  }
  const [host] = named ? [] : configsAbove(dirname(project));
  if (host !== undefined) throw new OperatorError([...unfilled, hostProblem(host, path)]);
  const where = named ? `SOPS_CONFIG ${named}` : name;
  const what = `no creation rule for ${file}${named ? '' : ', here or in a folder above'}`;
  const todo = `add one with path_regex, encrypted_regex: ^(data|stringData)$ and your recipient`;
  throw new OperatorError(unfilled.length > 0 ? unfilled : [{ where, what, todo }]);
}

/** Whether a rule has SSH recipients only, for which Flux can't have a key. */
function isForSshOnly(rule: Tree): boolean {
  const text = JSON.stringify(rule);
  return (
    /\bssh-(ed25519|rsa) /.test(text) &&
    !/age1[a-z0-9]{10}|"(pgp|kms|gcp_kms|azure_keyvault|hc_vault\w*|hckms)":/.test(text)
  );
}

/** The surrounding repository's `.sops.yaml` has no rule for the file: proposes the one to add. */
function hostProblem(config: string, path: string): Problem {
  const inside = relative(dirname(config), path).split(sep).join('/');
  const recipient = firstRecipient(config);
  const rule = {
    path_regex: `^${escapeRegExp(inside)}$`,
    encrypted_regex: '^(data|stringData)$',
    age: recipient ?? 'age1...',
  };
  return {
    where: config,
    what: `has no creation rule for ${inside}`,
    todo: `add to creation_rules: ${JSON.stringify(rule)}${recipient === undefined ? ", with the public key of Flux's private key" : ''}`,
  };
}

/** The age recipient of the first rule that has one: Flux usually has one key for all files. */
function firstRecipient(config: string): string | undefined {
  const [, recipient] =
    /\bage["']?\s*:\s*(?:[>|]-?\s*|\[\s*|-\s*)?["']?(age1[a-z0-9]+)/.exec(readFileSync(config, 'utf8')) ?? [];
  return recipient;
}

function configsAbove(folder: string): string[] {
  const above = dirname(folder) === folder ? [] : configsAbove(dirname(folder));
  const config = join(folder, name);
  return existsSync(config) ? [config, ...above] : above;
}

/** The first rule of a `.sops.yaml` that matches a file, which is the one sops uses. */
function matchingRule(path: string, file: string): Tree | undefined {
  const text = readFileSync(path, 'utf8');
  const refuse = (what: string, todo: string) => new OperatorError([{ where: path, what, todo }]);
  // sops would quote the key in its error.
  if (text.includes('AGE-SECRET-KEY-')) {
    throw refuse(
      'holds a private key',
      'make a new key pair, and put its public key there (`age-keygen -y`)',
    );
  }
  let content: unknown;
  try {
    [content] = loadAll(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw refuse(`is not YAML (${error.reason}, line ${(error.mark?.line ?? 0) + 1})`, 'correct it');
  }
  const rules = isTree(content) && Array.isArray(content['creation_rules']) ? content['creation_rules'] : [];
  return rules.filter(isTree).find((rule) => {
    const pattern = rule['path_regex'];
    if (pattern === undefined || pattern === '') return true;
    try {
      return new RegExp(String(pattern)).test(file);
    } catch {
      // Go's regexp syntax differs from JavaScript's: let sops decide.
      return true;
    }
  });
}
