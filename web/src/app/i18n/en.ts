import { gather, type Texts } from './texts';

export default gather(import.meta.glob<Texts>('/src/**/locale/en.json', { eager: true, import: 'default' }));
