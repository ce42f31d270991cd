// The page's policy allows only styles that carry the nonce of this answer. antd is given it by ConfigProvider; a few of
// its parts create <style> elements without it (measuring scroll bars, locking scrolling), so every <style> gets it here.

/** The property, not the attribute: browsers hide the attribute's value from scripts. */
export const nonce: string = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

export function signStyles(): void {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (name.toLowerCase() === 'style') {
      element.nonce = nonce;
    }
    return element;
  });
}
