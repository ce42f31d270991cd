import { gather, type Texts } from './texts';

/** What is needed before anybody has signed in. */
export default gather(
  import.meta.glob<Texts>(['/src/{app,ui}/**/locale/zh.json', '/src/features/sign-in/locale/zh.json'], { eager: true, import: 'default' }),
);
