export { SignInPage } from './SignInPage';
export { SetUpPage } from './SetUpPage';
export { InvitationPage } from './InvitationPage';
