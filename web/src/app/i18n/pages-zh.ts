import { gather, type Texts } from './texts';

/** The texts of the pages behind the sign-in. */
export default gather(
  import.meta.glob<Texts>(['/src/features/**/locale/zh.json', '!/src/features/sign-in/**'], { eager: true, import: 'default' }),
);
