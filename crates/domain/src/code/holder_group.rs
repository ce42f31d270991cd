//! Groups of holders.

/// Passes the rows of this table on; see [`super`].
macro_rules! holder_group_codes {
    ($more:tt $($before:tt)*) => {
        table! { $more $($before)*
            530 HolderGroupNotFound "HOLDER_GROUP_NOT_FOUND" 404 Final "There is no such group of holders" "持有人分组不存在";
            531 HolderGroupExists "HOLDER_GROUP_EXISTS" 409 Final "A group of holders with this name already exists" "同名的持有人分组已存在";
            532 HolderGroupNameInvalid "HOLDER_GROUP_NAME_INVALID" 422 Final "A group's name cannot consist of digits alone, because a number is a group's id; add a word" "分组名称不能全是数字（数字表示分组ID）；请加上文字";
            533 MembersTooMany "HOLDER_GROUP_MEMBERS_TOO_MANY" 413 Final "A request adds and removes at most 10,000 members; send it in smaller parts" "每次请求最多增减10,000名成员，请拆分后发送";
            534 HolderGroupUsed "HOLDER_GROUP_IN_USE" 409 Final "A template pays the members of this group; change or remove the template first" "有转账模板向该分组的成员付款；请先修改或删除该模板";
            535 MemberTwice "HOLDER_GROUP_MEMBER_TWICE" 422 Final "A holder cannot join and leave a group in the same request" "同一请求不能将同一持有人既加入又移出分组";
        }
    };
}

pub(super) use holder_group_codes;
