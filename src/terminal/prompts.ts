import type * as inquirer from '@inquirer/prompts';
import type { Input, Output } from './io.js';
import type { SearchConfig } from './search.js';

/** The kinds of questions that commands ask. */
export type Prompts = Pick<typeof inquirer, 'checkbox' | 'confirm' | 'input' | 'password' | 'select'> & {
  /** Asks for one of a list. */
  readonly search: (config: SearchConfig) => Promise<string>;
};

/** Where questions are asked. */
export interface PromptContext {
  readonly input: Input;
  readonly output: Output;
  /** Takes the question back. @default - nothing does */
  readonly signal?: AbortSignal;
}

/** Questions on a terminal. The library is loaded with the first of them. */
export function prompts(context: PromptContext): Prompts {
  const ask = <Name extends Exclude<keyof Prompts, 'search'>>(name: Name) =>
    (async (config: never) => {
      const prompt = (await import('@inquirer/prompts'))[name] as (
        config: never,
        context: object,
      ) => Promise<unknown>;
      return prompt(config, context);
    }) as unknown as Prompts[Name];
  return {
    checkbox: ask('checkbox'),
    confirm: ask('confirm'),
    input: ask('input'),
    password: ask('password'),
    search: async (config) => (await import('./search.js')).search(config, context),
    select: ask('select'),
  };
}
