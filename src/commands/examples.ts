import type { AddHelpTextContext } from 'commander';

/**
 * The Examples block at the end of a command's help.
 *
 * @param examples What follows the command's name, one example each.
 */
export function examples(...examples: readonly string[]): (context: AddHelpTextContext) => string {
  return ({ command }) =>
    ['', 'Examples:', ...examples.map((one) => `  ${command.name()} ${one}`.replace(/( --)? $/, ''))].join(
      '\n',
    );
}
