export { SettingsIndex } from './SettingsIndex';
export { PeoplePage } from './people/PeoplePage';
export { PersonPage } from './people/PersonPage';
export { KeysPage } from './keys/KeysPage';
export { RulesPage } from './rules/RulesPage';
export { LimitsPage } from './limits/LimitsPage';
export { RatesPage } from './rates/RatesPage';
