import { Writable } from 'node:stream';
import { Command as Usage } from 'commander';
import { UsageError } from '../errors.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';

const shells: Readonly<Record<string, (flags: ReadonlyMap<string, readonly string[]>) => string>> = {
  bash: (flags) => `_cluster_secrets() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${[...flags.keys()].join(' ')}" -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${[...flags].map(([name, list]) => `    ${name}) COMPREPLY=($(compgen -W "${list.join(' ')}" -- "$word")) ;;`).join('\n')}
  esac
}
complete -o default -F _cluster_secrets cluster-secrets`,
  zsh: (flags) => `#compdef cluster-secrets
_cluster_secrets() {
  if (( CURRENT == 2 )); then
    compadd ${[...flags.keys()].join(' ')}
    return
  fi
  case $words[2] in
${[...flags].map(([name, list]) => `    ${name}) compadd -- ${list.join(' ')} ;;`).join('\n')}
  esac
}
compdef _cluster_secrets cluster-secrets`,
  fish: (flags) =>
    [
      `complete -c cluster-secrets -n __fish_use_subcommand -f -a '${[...flags.keys()].join(' ')}'`,
      ...[...flags].flatMap(([name, list]) =>
        list.map(
          (flag) =>
            `complete -c cluster-secrets -n '__fish_seen_subcommand_from ${name}' -l ${flag.replace(/^--/, '')}`,
        ),
      ),
    ].join('\n'),
};

/** Commands by name, each loaded on demand. */
type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** `completion`: prints a shell's completion script for these commands and their options. */
export const completionOf =
  (commands: Commands): Command =>
  async (project, args, io) => {
    const usage = new Usage('cluster-secrets completion')
      .description(
        'Print the completion script for a shell. For bash: `source <(cluster-secrets completion bash)`.',
      )
      .argument('<shell>', Object.keys(shells).join(', '));
    const options = parseArguments(usage, args, io, 1);
    if (!options) return 0;
    const [shell = ''] = usage.args;
    const write = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
    if (!write)
      throw new UsageError(
        `no completion for ${shell}; the supported shells are ${Object.keys(shells).join(', ')}`,
      );
    print(io.stdout, write(await flagsOf(commands, project, io)));
    return 0;
  };

/** The long options of every command, read from its help. */
async function flagsOf(
  commands: Commands,
  project: string,
  io: Io,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const flags = new Map<string, readonly string[]>();
  for (const [name, load] of Object.entries(commands)) {
    let help = '';
    const stdout = new Writable({
      write(chunk, _encoding, done) {
        help += String(chunk);
        done();
      },
    });
    await (await load())(project, ['--help'], { ...io, stdout });
    flags.set(name, [...new Set(help.match(/(?<=^ +(?:-\w, )?)--[\w-]+/gm) ?? [])]);
  }
  return flags;
}
