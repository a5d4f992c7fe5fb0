import type * as inquirer from '@inquirer/prompts';
import type { Input, Output } from './io.js';
import type { SearchConfig } from './search.js';

/** The prompts that commands use. */
export type Prompts = Pick<typeof inquirer, 'checkbox' | 'confirm' | 'input' | 'password' | 'select'> & {
  /** Asks for one entry of a searchable list. */
  readonly search: (config: SearchConfig) => Promise<string>;
};

/** Where prompts are shown. */
export interface PromptContext {
  readonly input: Input;
  readonly output: Output;
  /** Cancels the prompt. @default - nothing does */
  readonly signal?: AbortSignal;
}

/** Prompts on a terminal. The first one loads the library. */
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
