import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { Input, Output } from '../../src/terminal/io.js';
import { prompts } from '../../src/terminal/prompts.js';

const titles = ['Certs', 'Grafana', 'Postgres', 'Postgres old'];

/** Prompts for a title, and types. */
async function typing(...chunks: readonly string[]) {
  const input = new PassThrough();
  const output = new PassThrough();
  let seen = '';
  output.on('data', (chunk) => {
    seen += chunk;
  });
  const { search } = prompts({ input: input as unknown as Input, output: output as unknown as Output });
  const answer = search({
    message: 'Title',
    source: (typed) => titles.filter((title) => title.toLowerCase().includes(typed.toLowerCase())),
    validate: (title) => title !== 'Grafana' || 'is in two vaults',
  });
  // The prompt loads its library first; input before that is typed ahead.
  for (const chunk of chunks) {
    await new Promise((resolve) => setImmediate(resolve));
    input.write(chunk);
  }
  return { answer: await answer, seen };
}

test.each([
  ['a paste', ['Postgres\r']],
  ['text and Enter apart', ['Post', 'gres', '\r']],
  ['corrected text', ['Cert\x7f\x7f\x7f\x7fpostg\r']],
  ['an arrow up and one down', ['Postgres', '\x1b[B', '\x1b[A', '\r']],
])('Enter picks the first entry that matches the current text: %s', async (_, chunks) => {
  expect((await typing(...chunks)).answer).toBe('Postgres');
});

test('an arrow key moves down the list', async () => {
  expect((await typing('Postgres', '\x1b[B', '\r')).answer).toBe('Postgres old');
});

test('Enter picks nothing if nothing matches or the answer is invalid, and the text stays', async () => {
  const nothing = await typing('Postgrex\r', '\x7f', '\r');
  expect(nothing.answer).toBe('Postgres');
  expect(nothing.seen).toContain('no match');
  const wrong = await typing('Graf\r', '\x7f\x7f\x7f\x7fcerts\r');
  expect(wrong.answer).toBe('Certs');
  expect(wrong.seen).toContain('is in two vaults');
});
