//! Files that are read as tables.

/// Passes the rows of this table on; see [`super`].
macro_rules! file_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            // The file as a whole, and its records.
            64 FileUnsupported "FILE_UNSUPPORTED" 415 Final "Files of this kind or text encoding cannot be read; send an XLSX workbook, delimited text such as CSV, or JSON lines" "无法读取此类文件或此文本编码；请提交 XLSX 工作簿、CSV 等分隔文本或 JSON Lines 文件";
            65 FileNoRows "FILE_NO_ROWS" 422 Final "The file has no rows" "文件没有数据行";
            66 ColumnMissing "COLUMN_MISSING" 422 Final "A required column is missing; add it, or choose the column to read instead" "缺少必需的列；请补充该列，或指定用哪一列代替";
            67 ColumnDuplicate "COLUMN_DUPLICATE" 422 Final "Two columns have the same meaning; choose the one to read, or ignore the other" "两列含义相同；请指定读取哪一列，或忽略另一列";
            68 TooManyColumns "TOO_MANY_COLUMNS" 422 Final "The file has more than 256 columns" "文件超过256列";
            69 QuoteNotClosed "QUOTE_NOT_CLOSED" 422 Final "A quoted field is not closed before the file ends" "引号未闭合";
            70 FieldTooLong "FIELD_TOO_LONG" 422 Final "The field is longer than 32 KiB" "字段超过32 KiB";
            71 FieldCount "FIELD_COUNT" 422 Final "The row does not have as many fields as the header (found / expected); put a field that contains the delimiter in quotes" "该行字段数与表头不一致（实际/应有）；含有分隔符的字段请加引号";
            72 NulByte "NUL_BYTE" 422 Final "The field contains a NUL byte" "字段包含NUL字节";
            73 InvalidUtf8 "INVALID_UTF8" 422 Final "The field has bytes that are not valid in the text encoding of the file; correct them, or choose the right encoding" "字段含有在文件的文本编码中无效的字节；请更正，或指定正确的编码";
            99 RowKeyMissing "ROW_KEY_MISSING" 422 Final "The row has no key, but this file corrects refused rows by key; add the key, or remove the key column to add all rows as new ones" "该行没有行键，而此文件按行键修正被拒绝的行；请补充行键，或删除行键列，将所有行作为新行导入";
            220 RowTaken "ROW_ALREADY_TAKEN" 422 Final "The refused row with this key was already corrected or dropped; remove the row from the file" "该行键对应的行此前已修正或放弃；请从文件中删除该行";
            221 RowKeyUnknown "ROW_KEY_UNKNOWN" 422 Final "No refused row of this batch has this key; check the key and the batch" "该批次没有此行键对应的被拒绝行；请核对行键和批次";
            222 ControlTotal "CONTROL_TOTAL_DIFFERS" 422 Final "The file's row count or sum is not the expected one; nothing was imported: check that it is the right file and complete" "文件的行数或合计与预期不符，未导入任何数据；请核对文件是否正确、完整";
            77 FileTooLarge "FILE_TOO_LARGE" 413 Final "The file has more rows than a batch can hold" "文件行数超过批次上限";
            // What its values, columns and workbook look like.
            209 ColumnUndecided "COLUMN_UNDECIDED" 422 Final "A column that may say when, in what currency or whether to pay (a date, a status, a currency, a network or a token) was not recognised; choose the field it holds, or ignore it" "有一列可能涉及付款时间、币种或状态（日期、状态、币种、网络或代币），但无法识别；请指明它对应的字段，或忽略该列";
            460 AmountStyle "AMOUNT_STYLE" 422 Final "The amount is not written with the decimal mark, group mark and currency sign declared for this import; correct it, or change the declaration" "金额的写法与本次导入所声明的小数点、千分位符或货币符号不符；请更正金额，或修改声明";
            461 DigitsLost "DIGITS_LOST" 422 Final "A spreadsheet keeps 15 digits of a number and has replaced the others by zeros or an exponent; format the column as text and enter the value again" "电子表格只保留数字的前15位，其余位已变为零或科学计数法；请将该列设为文本格式后重新输入";
            462 LeadingZerosLost "LEADING_ZEROS_LOST" 422 Final "Some numbers of the column are shorter than nearly all others (shorter / all), as if a spreadsheet had dropped their leading zeros; check them, and format the column as text" "该列有少数号码比其余绝大多数短（较短/全部），可能是电子表格去掉了前导零；请核对，并将该列设为文本格式";
            463 DateForNumber "DATE_FOR_NUMBER" 422 Final "A spreadsheet has turned the value into a date; format the column as text and enter the value again" "电子表格已将该值转换为日期；请将该列设为文本格式后重新输入";
            464 CellError "CELL_ERROR" 422 Final "The cell shows an error of the spreadsheet, or hashes because its column is too narrow; correct the cell and save the file again" "单元格显示电子表格的错误值，或因列宽不足显示为井号；请更正后重新保存文件";
            465 FormulaNoValue "FORMULA_WITHOUT_VALUE" 422 Final "The cell contains a formula whose result is not stored; open the file in a spreadsheet program, let it calculate, and save it again" "单元格含有公式，但文件中没有保存计算结果；请用电子表格程序打开、计算并重新保存";
            466 FormulaValue "FORMULA_VALUES_USED" 422 Final "Cells contain formulas; the results stored in the file are used" "部分单元格含有公式，已采用文件中保存的计算结果";
            467 CellsMerged "CELLS_MERGED" 422 Final "Cells are merged, so only the first of them has a value; split them and fill each row" "单元格已合并，只有其中第一格有值；请取消合并，并填写每一行";
            468 RowsHidden "ROWS_HIDDEN" 422 Final "The sheet has hidden or filtered rows with values; they are read like the others: delete them if they are not meant" "工作表中有隐藏或被筛选掉的行，这些行同样会被读取；如不需要，请删除";
            469 ColumnsHidden "COLUMNS_HIDDEN" 422 Final "The sheet has hidden columns with values; they are read like the others: delete them if they are not meant" "工作表中有隐藏的列，这些列同样会被读取；如不需要，请删除";
            470 SheetsHidden "SHEETS_HIDDEN" 422 Final "The workbook has hidden sheets; they are not read unless one is chosen" "工作簿中有隐藏的工作表；除非指定，否则不会读取";
            471 RowsAboveHeader "ROWS_ABOVE_HEADER" 422 Final "The rows above the header are not read; check that none of them is a payment" "表头上方的行不会被读取；请确认其中没有付款数据";
            472 DelimiterLine "DELIMITER_LINE" 422 Final "The first line names the delimiter; it is used as such and not read as a row" "首行声明了分隔符，已按其读取，不作为数据行";
            473 SheetUndecided "SHEET_UNDECIDED" 422 Final "Several sheets of the workbook have values; choose the one to read" "工作簿中有多个工作表含有数据；请指定要读取的工作表";
            474 SheetNotFound "SHEET_NOT_FOUND" 422 Final "The workbook has no such sheet; choose one of those that it has" "工作簿中没有该工作表；请从现有工作表中选择";
            475 EncodingUnknown "ENCODING_UNKNOWN" 422 Final "The text encoding of the file was not recognised; choose it, or save the file as UTF-8" "无法识别文件的文本编码；请指定编码，或另存为UTF-8";
            476 FileEncrypted "FILE_ENCRYPTED" 422 Final "The file is protected by a password; save it without one and send it again" "文件已用密码加密；请取消密码后重新提交";
            477 FileDamaged "FILE_DAMAGED" 422 Final "The file is incomplete or damaged; open it, save it again, and send it whole" "文件不完整或已损坏；请打开并重新保存后完整提交";
            478 ArchiveParts "ARCHIVE_TOO_MANY_PARTS" 422 Final "The workbook has more parts than allowed (found / allowed); copy its rows into a new workbook" "工作簿包含的部件过多（实际/上限）；请将数据复制到新的工作簿";
            479 ArchiveExpands "ARCHIVE_EXPANDS_TOO_MUCH" 413 Final "The workbook would unpack to more than allowed (size / allowed, in bytes); copy its rows into a new workbook, or split them" "工作簿解压后的大小超出上限（实际/上限，字节）；请将数据复制到新的工作簿，或拆分文件";
            480 XmlDtd "XML_DTD" 422 Final "The workbook contains a document type definition, which no spreadsheet program writes; save it again with a spreadsheet program" "工作簿含有文档类型定义（DTD），正常的电子表格程序不会写入；请用电子表格程序重新保存";
            481 CellTooFar "CELL_TOO_FAR" 422 Final "A cell with a value lies beyond column 256 of the sheet; delete it, or move it closer" "有数据的单元格位于第256列之后；请删除或移近该单元格";
            482 LineInvalid "LINE_INVALID" 422 Final "The line is not a JSON object with each name once; write one object per line" "该行不是名称不重复的JSON对象；请每行写一个对象";
            483 ValueNested "VALUE_NESTED" 422 Final "The value is an object or array; write a text or number" "该值是对象或数组；请改为文本或数字";
            484 NameUnexpected "NAME_UNEXPECTED" 422 Final "The name does not appear in the first lines of the file, from which its columns are taken; add it to the first line" "该名称未出现在文件开头用于确定列的各行中；请将其加入第一行";
        }
    };
}

pub(super) use file_codes;
