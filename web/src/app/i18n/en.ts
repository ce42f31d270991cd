import { gather, type Texts } from './texts';

/** What is needed before anybody has signed in. */
export default gather(
  import.meta.glob<Texts>(['/src/{app,ui}/**/locale/en.json', '/src/features/sign-in/locale/en.json'], { eager: true, import: 'default' }),
);
