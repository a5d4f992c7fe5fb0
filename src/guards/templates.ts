import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { templateName } from '../external-secret/names.js';
import { isTitles, itemsOf } from '../external-secret/source.js';
import { readFields } from '../templates/fields.js';
import { TemplateError } from '../templates/go-template.js';
import { observe } from '../templates/observe.js';
import type { LookUp } from '../templates/typed-value.js';

/**
 * Finds templates that would fail on the real controller or, worse, write an empty value and report Ready.
 *
 * The rules are measured. A field may be read by a dot only, because `index` returns an empty string for a
 * missing field. Names consist of letters, digits and `_`, because the ExternalSecret's rewrite turns labels
 * into these. A key of a map that the template makes itself, as from JSON, may be missing if the template
 * handles that: with another value, or with `fail`.
 */
export function templateProblems(secret: AppSecretProps): Problem[] {
  const texts = (['template', 'labels', 'annotations'] as const).flatMap((field) =>
    Object.entries(secret[field] ?? {}).map(([key, text]) => ({ where: `${field}.${key}`, text })),
  );
  return texts.flatMap(({ where, text }) =>
    faults(text, aliasesOf(secret)).map((fault) => ({ where, ...fault })),
  );
}

/** The prefixes that a template's names must begin with; undefined without aliases. */
function aliasesOf(secret: AppSecretProps): string[] | undefined {
  return secret.items && !isTitles(secret.items) ? itemsOf(secret).map(({ prefix }) => prefix) : undefined;
}

/** Everything wrong with a template that is not in `src/secrets/`, by the same rules. */
export function textFaults(text: string, secret: AppSecretProps): Fault[] {
  return faults(text, aliasesOf(secret));
}

/** Finds templates that work but would not notice a missing field, because they read all fields at once. */
export function templateWarnings(secret: AppSecretProps): Problem[] {
  if (secret.keys === 'all') return [];
  return Object.entries(secret.template ?? {}).flatMap(([key, text]) =>
    text.includes('{{') && readFields([text]).everything
      ? [
          {
            where: `template.${key}`,
            what: "uses all fields at once, and can't notice a missing one",
            todo: 'name the fields it needs: (dict "user" .user)',
          },
        ]
      : [],
  );
}

type Fault = Omit<Problem, 'where'>;

/** Everything wrong with a template, each fault once. */
function faults(text: string, prefixes: readonly string[] | undefined): Fault[] {
  const found = new Map<string, Fault>();
  const say = (what: string, todo: string) => found.set(`${what}; ${todo}`, { what, todo });
  const asked = new Set<string>();
  try {
    observe(text, {
      say,
      field(name, by) {
        if (by === 'index') asked.add(name);
        else checkName(name, by, prefixes, say);
      },
      everything() {},
      silent(lookUp) {
        if (lookUp.ofFields) asked.delete(lookUp.key ?? '');
        say(...ofSilent(lookUp));
      },
    });
    for (const name of asked) checkName(name, 'index', prefixes, say);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    say(`is not a valid Go template: ${error.message}`, 'correct it');
  }
  return [...found.values()];
}

const stillReady = 'and External Secrets Operator still reports Ready';

function ofSilent({ kind, by, key, ofFields }: LookUp): [what: string, todo: string] {
  if (kind === 'order') {
    return [`uses ${by}, whose order changes at every refresh`, `write ${by} ... | sortAlpha`];
  }
  if (kind === 'nothing') {
    return [
      `uses ${by}, which gives nothing if nothing matches, ${stillReady}`,
      `write {{ with ${by} ... }}{{ . }}{{ else }}{{ fail "no match" }}{{ end }}`,
    ];
  }
  if (kind === 'unread') {
    return by === 'fromYaml'
      ? [
          'uses the whole result of fromYaml, which is a map with the key Error if the text is not YAML',
          'write (fromYaml ...).key, or mustFromJson for JSON',
        ]
      : [`uses fromJson, which gives nothing if the text is not JSON, ${stillReady}`, 'write mustFromJson'];
  }
  const ends = `if there is no such ${ofFields ? 'field' : 'key'}, ${stillReady}`;
  if (ofFields) {
    return [
      `uses ${by}, which gives an empty string ${ends}`,
      `write .${key === undefined ? 'name' : templateName(key)}`,
    ];
  }
  const name = key ?? 'key';
  const guarded = `{{ with index (...) ${JSON.stringify(name)} }}{{ . }}{{ else }}{{ fail ${JSON.stringify(`no ${name}`)} }}{{ end }}`;
  return [
    `uses ${by}, which gives nothing ${ends}`,
    key !== undefined && /^[A-Za-z_]\w*$/.test(key) ? `write (...).${key}` : `write ${guarded}`,
  ];
}

function checkName(
  name: string,
  by: 'dot' | 'index',
  prefixes: readonly string[] | undefined,
  say: (what: string, todo: string) => void,
): void {
  const write = (good: string) => `write ${by === 'dot' ? `.${good}` : JSON.stringify(good)}`;
  const as = by === 'dot' ? `.${name}` : JSON.stringify(name);
  const plain = templateName(name);
  if (plain !== name)
    say(
      `${as} never exists: ${by === 'dot' ? 'letters other than A-Z become _' : 'everything but A-Z, digits and _ becomes _'}`,
      write(plain),
    );
  if (!prefixes && /^\d/.test(name)) {
    say(`${as} never exists: a leading digit gets a _ in front`, write(`_${plain}`));
  }
  if (prefixes && !prefixes.some((prefix) => name.startsWith(prefix))) {
    say(
      `${as} does not begin with an alias of items`,
      `${write(`${prefixes[0]}${name}`)}, or use another alias`,
    );
  }
}
