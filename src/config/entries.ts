/** What stands between the commas of a setting that is a list, without the spaces around and without what is empty. */
export const entriesOf = (text: string): string[] =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
