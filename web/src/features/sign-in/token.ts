/** A token comes behind the `#`, which no log sees, and leaves the address bar at once. */
export function takeToken(): string {
  const token = window.location.hash.slice(1);
  if (token !== '') {
    window.history.replaceState(window.history.state, '', window.location.pathname);
  }
  return token;
}
