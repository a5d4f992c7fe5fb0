import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { loadAll, YAMLException } from 'js-yaml';
import { OperatorError, type Problem } from '../errors.js';
import { escapeRegExp } from '../regexp.js';
import type { Surroundings } from '../surroundings.js';
import { isTree, type Tree } from '../tree.js';

/** Where sops finds the rule for a file. */
export interface CreationRule {
  /** Absolute path of the `.sops.yaml`. */
  readonly config: string;
  /** Absolute path of the file to encrypt, which `path_regex` is matched against. */
  readonly file: string;
}

/** What the shipped `.sops.yaml` has in the place of a recipient. */
const placeholder = 'age1-put-your-public-key-here';

const name = '.sops.yaml';

/**
 * Finds the creation rule that encrypts a file: that of the project's own `.sops.yaml`, or, when it has
 * none that is filled in, that of the first folder above it. `SOPS_CONFIG` names another file instead, as it
 * does for sops.
 * https://getsops.io/docs/#using-sopsyaml-conf-to-select-kms-pgp-and-age-for-new-files
 *
 * @param project Absolute path of the project.
 * @param file The file, relative to it.
 * @param surroundings Where `SOPS_CONFIG` is, and what a relative path in it begins at.
 * @throws OperatorError when no rule is there, or the only one still has the placeholder.
 */
export function findCreationRule(project: string, file: string, { cwd, env }: Surroundings): CreationRule {
  const path = join(project, file);
  const { SOPS_CONFIG: named } = env;
  const unfilled: Problem[] = [];
  for (const config of named ? [resolve(cwd, named)] : configsAbove(project)) {
    // As sops: what is not below the folder of the file is matched by its whole path.
    const folder = `${dirname(config)}/`;
    const rule = matchingRule(config, path.startsWith(folder) ? path.slice(folder.length) : path);
    if (rule && JSON.stringify(rule).includes(placeholder)) {
      unfilled.push({
        where: `${relative(project, config)}: creation_rules: age`,
        what: `is still the placeholder ${placeholder}`,
        todo: 'put the public key there that Flux has the private key of (age1..., printed by `age-keygen -y age.agekey`)',
      });
    } else if (rule) {
      if (isForSshOnly(rule)) {
        const what = 'encrypts for an SSH key alone, and Flux reads none (`unknown identity type`)';
        const todo = 'put an age recipient there (age1..., of `age-keygen`), for which Flux has the key';
        throw new OperatorError([{ where: `${relative(project, config)}: creation_rules: age`, what, todo }]);
      }
      return { config, file: path };
    }
  }
  const [host] = named ? [] : configsAbove(dirname(project));
  if (host !== undefined) throw new OperatorError([...unfilled, hostProblem(host, path)]);
  const where = named ? `SOPS_CONFIG ${named}` : name;
  const what = `there is no creation rule for ${file}${named ? '' : ', here or in a folder above'}`;
  const todo = `add one with path_regex, encrypted_regex: ^(data|stringData)$ and your recipient`;
  throw new OperatorError(unfilled.length > 0 ? unfilled : [{ where, what, todo }]);
}

/** Whether none of a rule's recipients is one that Flux could have the key of. */
function isForSshOnly(rule: Tree): boolean {
  const text = JSON.stringify(rule);
  return (
    /\bssh-(ed25519|rsa) /.test(text) &&
    !/age1[a-z0-9]{10}|"(pgp|kms|gcp_kms|azure_keyvault|hc_vault\w*|hckms)":/.test(text)
  );
}

/** A repository around the project whose `.sops.yaml` says nothing of the file: the rule to add there. */
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
    todo: `add to creation_rules: ${JSON.stringify(rule)}${recipient === undefined ? ', with the public key that Flux has the private key of' : ''}`,
  };
}

/** The age recipient of the first rule that has one: Flux has one key for all. */
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

/** The first rule of a `.sops.yaml` that is for a file; as sops, which takes the first that matches. */
function matchingRule(path: string, file: string): Tree | undefined {
  const text = readFileSync(path, 'utf8');
  const refuse = (what: string, todo: string) => new OperatorError([{ where: path, what, todo }]);
  // sops would quote it.
  if (text.includes('AGE-SECRET-KEY-')) {
    throw refuse('holds a private key', 'put its public key there (`age-keygen -y`), and make a new pair');
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
      // Go's syntax is not quite JavaScript's: let sops decide.
      return true;
    }
  });
}
