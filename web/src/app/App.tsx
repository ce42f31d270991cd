import { QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider, type ConfigProviderProps } from 'antd';

import { StrictMode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router';
import { Boundary } from './errors/Boundary';
import { nonce } from './nonce';
import { queries } from './query';
import { router } from './routes';
import { themeFor, useDark } from './theme';

type Locale = ConfigProviderProps['locale'];

/** antd's English is built in; its Chinese is loaded only where it is read. */
function useAntLocale(): Locale {
  const { i18n } = useTranslation();
  const [locale, setLocale] = useState<Locale>();
  useEffect(() => {
    if (i18n.language === 'zh') {
      void import('antd/locale/zh_CN').then((loaded) => setLocale(loaded.default));
    }
  }, [i18n.language]);
  return i18n.language === 'zh' ? locale : undefined;
}

export function App() {
  const dark = useDark();
  const locale = useAntLocale();
  return (
    <StrictMode>
      <QueryClientProvider client={queries}>
        <ConfigProvider
          theme={themeFor(dark)}
          csp={{ nonce }}
          button={{ autoInsertSpace: false }}
          {...(locale !== undefined && { locale })}
        >
          <AntApp>
            <Boundary>
              <RouterProvider router={router} />
            </Boundary>
          </AntApp>
        </ConfigProvider>
      </QueryClientProvider>
    </StrictMode>
  );
}
