// Runs before the first paint, so that a dark page never flashes white. It is a file because the page's policy forbids
// inline scripts.
(function () {
  var theme = null;
  try {
    theme = JSON.parse(localStorage.getItem('pref:theme'));
  } catch (error) {
    theme = null;
  }
  var dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
