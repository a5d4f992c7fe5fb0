import { evaluate, type Observer } from './evaluate.js';
import { parseTemplate, TemplateError } from './go-template.js';

type Event = (observer: Observer) => void;

/** Results by template text: several callers ask for the same templates, and evaluating one is expensive. */
const seen = new Map<string, { readonly events: readonly Event[]; readonly error?: TemplateError }>();
const most = 10_000;

/**
 * Reports to an observer what a template does, as `evaluate` would; each text is evaluated once.
 *
 * @throws TemplateError if text/template would refuse it.
 */
export function observe(text: string, observer: Observer): void {
  let found = seen.get(text);
  if (!found) {
    found = record(text);
    if (seen.size >= most) seen.clear();
    seen.set(text, found);
  }
  if (found.error) throw found.error;
  for (const event of found.events) event(observer);
}

function record(text: string): { events: readonly Event[]; error?: TemplateError } {
  const events: Event[] = [];
  try {
    evaluate(parseTemplate(text), {
      say: (what, todo) => events.push((to) => to.say(what, todo)),
      field: (name, by, always) => events.push((to) => to.field(name, by, always)),
      everything: () => events.push((to) => to.everything()),
      silent: (lookUp) => events.push((to) => to.silent(lookUp)),
      answers: (name) => events.push((to) => to.answers?.(name)),
    });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { events, error };
  }
  return { events };
}
