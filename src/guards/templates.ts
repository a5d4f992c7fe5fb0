import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { templateName } from '../external-secret/names.js';
import { isTitles, itemsOf } from '../external-secret/source.js';
import { readFields } from '../templates/fields.js';
import { TemplateError } from '../templates/go-template.js';
import { observe } from '../templates/observe.js';
import type { LookUp } from '../templates/typed-value.js';

/**
 * Templates that would fail on the real controller or, worse, write an empty value and say Ready.
 *
 * The rules are measured: a field is reached by a dot alone, because `index` gives an empty text where
 * there is no such field; every name is made of letters, digits and `_`, because that is what the rewrite
 * of the ExternalSecret makes of the labels. Of a map that the template makes itself, as from JSON, a key
 * may be missing if the template says what then: another value, or `fail`.
 */
export function templateProblems(secret: AppSecretProps): Problem[] {
  const texts = (['template', 'labels', 'annotations'] as const).flatMap((field) =>
    Object.entries(secret[field] ?? {}).map(([key, text]) => ({ where: `${field}.${key}`, text })),
  );
  return texts.flatMap(({ where, text }) =>
    faults(text, aliasesOf(secret)).map((fault) => ({ where, ...fault })),
  );
}

/** How every name of a template begins; undefined where there are no aliases. */
function aliasesOf(secret: AppSecretProps): string[] | undefined {
  return secret.items && !isTitles(secret.items) ? itemsOf(secret).map(({ prefix }) => prefix) : undefined;
}

/** What is wrong with the text of a template that is not in `src/secrets/`, in the same way. */
export function textFaults(text: string, secret: AppSecretProps): Fault[] {
  return faults(text, aliasesOf(secret));
}

/** What works, and yet would not notice a field that is missing: templates that read all there is. */
export function templateWarnings(secret: AppSecretProps): Problem[] {
  if (secret.keys === 'all') return [];
  return Object.entries(secret.template ?? {}).flatMap(([key, text]) =>
    text.includes('{{') && readFields([text]).everything
      ? [
          {
            where: `template.${key}`,
            what: "uses the fields as a whole, and can't notice that one is missing",
            todo: 'name those that must be there: (dict "user" .user)',
          },
        ]
      : [],
  );
}

type Fault = Omit<Problem, 'where'>;

/** What is wrong with a template, each thing once. */
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
    say(`is no Go template: ${error.message}`, 'correct it');
  }
  return [...found.values()];
}

function ofSilent({ kind, by, key, ofFields }: LookUp): [what: string, todo: string] {
  if (kind === 'order') {
    return [`uses ${by}, whose order changes at every refresh`, `write ${by} ... | sortAlpha`];
  }
  if (kind === 'nothing') {
    return [
      `uses ${by}, which gives nothing where nothing matches, and ESO calls that Ready`,
      `write {{ with ${by} ... }}{{ . }}{{ else }}{{ fail "no match" }}{{ end }}`,
    ];
  }
  if (kind === 'unread') {
    return by === 'fromYaml'
      ? [
          'uses fromYaml as a whole, which gives a map with the key Error for what is no YAML',
          'write (fromYaml ...).key, or mustFromJson for JSON',
        ]
      : [
          'uses fromJson, which gives nothing for what is no JSON, and ESO calls that Ready',
          'write mustFromJson',
        ];
  }
  const ends = `where there is no such ${ofFields ? 'field' : 'key'}, and ESO calls that Ready`;
  if (ofFields) {
    return [
      `uses ${by}, which gives an empty text ${ends}`,
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
      `${as} is never there: ${by === 'dot' ? 'letters other than A-Z' : 'all but A-Z, digits and _'} become _`,
      write(plain),
    );
  if (!prefixes && /^\d/.test(name)) {
    say(`${as} is never there: a digit at the start gets a _ in front`, write(`_${plain}`));
  }
  if (prefixes && !prefixes.some((prefix) => name.startsWith(prefix))) {
    say(`${as} begins with the alias of no item`, `${write(`${prefixes[0]}${name}`)}, or another alias`);
  }
}
