export { TemplatesPage } from './TemplatesPage';
export { TemplatePage } from './TemplatePage';
