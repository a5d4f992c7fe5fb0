import { TemplateError } from './go-template.js';
import { observe } from './observe.js';

/** What templates read of their data. */
export interface ReadFields {
  /** Names that they ask for: `password` of `{{ .password }}`, `{{ $.password }}`, `{{ index . "password" }}`. */
  readonly names: ReadonlySet<string>;
  /** Whether they read all there is, whatever it is called, as `{{ toJson . }}` does and `{{ range . }}`. */
  readonly everything: boolean;
}

/**
 * What templates read of their data, as text/template would: where the dot is something else, a field of it
 * does not count.
 *
 * @param texts The templates; one that text/template would refuse reads nothing, and is the guard's to tell.
 * @returns The names in the order of their first use.
 */
export function readFields(texts: readonly string[]): ReadFields {
  const names = new Set<string>();
  let everything = false;
  for (const text of texts) {
    try {
      observe(text, {
        say() {},
        field: (name) => names.add(name),
        everything() {
          everything = true;
        },
        silent() {},
      });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
    }
  }
  return { names, everything };
}

/**
 * The fields that a template reads in any case, and writes as they are: it does not ask whether they are
 * empty, by `if`, `default` and the like. What stands in a branch or in another template is not counted.
 *
 * @returns Names, in the order of their first use; none for a template that text/template would refuse.
 */
export function unansweredFields(text: string): string[] {
  const names = new Set<string>();
  const answered = new Set<string>();
  try {
    observe(text, {
      say() {},
      field(name, by, always) {
        if (by === 'dot' && always) names.add(name);
      },
      everything() {},
      silent() {},
      answers: (name) => answered.add(name),
    });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return [];
  }
  return [...names].filter((name) => !answered.has(name));
}
