/** A locale file, at any depth. */
export interface Texts {
  [key: string]: string | Texts;
}

/** Puts each file under the name of the folder that its `locale` folder is in: `features/batch/locale/en.json` is `batch`. */
export function gather(files: Record<string, Texts>): Texts {
  return Object.fromEntries(
    Object.entries(files).map(([path, texts]) => [path.split('/').at(-3) ?? path, texts]),
  );
}
