import { gather, type Texts } from './texts';

export default gather(import.meta.glob<Texts>('/src/**/locale/zh.json', { eager: true, import: 'default' }));
