import { TemplateError } from './go-template.js';
import { observe } from './observe.js';

/** The fields that templates read. */
export interface ReadFields {
  /** Fields read by name: `password` in `{{ .password }}`, `{{ $.password }}`, `{{ index . "password" }}`. */
  readonly names: ReadonlySet<string>;
  /** Whether they read all fields at once, as `{{ toJson . }}` and `{{ range . }}` do. */
  readonly everything: boolean;
}

/**
 * Finds the fields that templates read. A field of anything but the data itself, as inside a `with`, does not
 * count.
 *
 * @param texts The templates. One that does not parse reads nothing; the guard reports it.
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
 * Finds the fields that a template always reads without handling an empty one, as `if` or `default` would.
 * Reads in a branch or in another template do not count.
 *
 * @returns The names in the order of their first use; none for a template that does not parse.
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
