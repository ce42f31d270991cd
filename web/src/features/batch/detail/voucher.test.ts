import { expect, it } from 'vitest';
import { fileOf } from './voucher';

it('only a file of this server is shown', () => {
  expect(['file_9', '/api/v1/files/file_9/content', 'file_x', '/files/file_9', 'javascript:file_9', '//evil.example/file_9'].map(fileOf)).toEqual(['file_9', 'file_9', null, null, null, null]);
});
