import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isTabKey,
  isUpKey,
  makeTheme,
  useKeypress,
  usePagination,
  usePrefix,
  useState,
} from '@inquirer/core';

/** A prompt for one entry of a list. */
export interface SearchConfig {
  readonly message: string;
  /** The entries that match the typed text; Enter picks the first. */
  readonly source: (typed: string) => readonly string[];
  /** Why an answer is not allowed, or true. */
  readonly validate?: (answer: string) => true | string;
}

/**
 * Asks for one entry of a list, filtered by the typed text. The list always matches that text: the library's own
 * prompt updates its list later, so if text and Enter arrive together, as in a paste, it picks from the old list.
 */
export const search = createPrompt<string, SearchConfig>(({ message, source, validate }, done) => {
  const theme = makeTheme();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [answer, setAnswer] = useState<string | undefined>(undefined);
  const prefix = usePrefix({ status: answer === undefined ? 'idle' : 'done', theme });
  const found = source(typed);
  const chosen = found[at];

  useKeypress((key, line) => {
    if (isEnterKey(key)) {
      const wrong = chosen === undefined ? 'no match' : (validate?.(chosen) ?? true);
      if (wrong === true && chosen !== undefined) {
        setAnswer(chosen);
        done(chosen);
        return;
      }
      // Enter cleared the line.
      line.write(typed);
      setFault(wrong === true ? undefined : wrong);
    } else if (isUpKey(key) || isDownKey(key)) {
      line.clearLine(0);
      line.write(typed);
      if (found.length > 0) setAt((at + (isUpKey(key) ? -1 : 1) + found.length) % found.length);
      setFault(undefined);
    } else {
      if (isTabKey(key) && chosen !== undefined) {
        line.clearLine(0);
        line.write(chosen);
      }
      if (line.line !== typed) setAt(0);
      setTyped(line.line);
      setFault(undefined);
    }
  });

  const page = usePagination({
    items: found.length > 0 ? found : ['(no match)'],
    active: at,
    renderItem: ({ item, isActive }) =>
      isActive && found.length > 0 ? theme.style.highlight(`> ${item}`) : `  ${item}`,
    pageSize: 7,
    loop: false,
  });
  const question = `${prefix} ${theme.style.message(message, answer === undefined ? 'idle' : 'done')}`;
  if (answer !== undefined) return `${question} ${theme.style.answer(answer)}`;
  return [
    `${question} ${typed}`,
    [page, fault === undefined ? '' : theme.style.error(fault)].filter(Boolean).join('\n'),
  ];
});
