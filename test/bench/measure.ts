import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** One run of a command. */
export interface Run {
  /** Wall time in milliseconds. */
  readonly time: number;
  /** Largest resident memory of the process itself, in MiB; undefined unless it is a node process. */
  readonly memory: number | undefined;
}

/** Node tells its memory as it exits, on the file descriptor 3. */
const tellMemory = `data:text/javascript,${encodeURIComponent(
  "import fs from 'node:fs'; process.on('exit', () => { try { fs.writeSync(3, String(process.resourceUsage().maxRSS)); } catch {} });",
)}`;

/**
 * Runs a command once.
 *
 * @throws Error when it fails: a time of something else would be measured.
 */
export async function runOnce(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const node = command === process.execPath;
  const started = performance.now();
  const child = spawn(command, node ? ['--import', tellMemory, ...args] : args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let told = '';
  let errors = '';
  child.stdio[3]?.on('data', (data) => {
    told += data;
  });
  child.stdio[2]?.on('data', (data) => {
    errors += data;
  });
  const [code] = await once(child, 'close');
  const time = performance.now() - started;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}: ${errors}`);
  return { time, memory: told ? Number(told) / 1024 : undefined };
}

/** The middle one of several figures. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Runs commands in turns, so that whatever else the machine does meets all of them alike.
 *
 * @param rounds How often each.
 * @returns For each command its median run.
 */
export async function takeTurns<Name extends string>(
  commands: Readonly<Record<Name, () => Promise<Run>>>,
  rounds: number,
): Promise<Record<Name, Run>> {
  const runs = {} as Record<Name, Run[]>;
  const entries = Object.entries(commands) as [Name, () => Promise<Run>][];
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, command] of entries) {
      runs[name] ??= [];
      runs[name].push(await command());
    }
  }
  return Object.fromEntries(
    entries.map(([name]) => [
      name,
      {
        time: median(runs[name].map(({ time }) => time)),
        memory: median(runs[name].map(({ memory }) => memory ?? Number.NaN)),
      },
    ]),
  ) as Record<Name, Run>;
}
