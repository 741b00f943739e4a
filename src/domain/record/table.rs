//! How the rows of a field table are written.

/// A row of a field table: `field!(3, "name", Personal, Text, "姓名", "name", |r| …, |r, v| …)`.
macro_rules! field {
    ($number:literal, $column:literal, $privacy:ident, $shape:ident, $zh:literal, $en:literal, $get:expr, $set:expr $(,)?) => {
        $crate::domain::field::Field {
            column: $column,
            number: $number,
            label: $crate::text!(zh: $zh, en: $en),
            privacy: $crate::domain::field::Privacy::$privacy,
            shape: $crate::domain::field::Shape::$shape,
            get: $get,
            set: $set,
        }
    };
}
/// Rows that several tables have in common, by column: `shared!(phone 5)`, `shared!(lon 3 Open)`, `shared!(retired 5 Extra)`.
macro_rules! shared {
    (code $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "code",
            Open,
            Plain,
            "编码",
            "code",
            |r| r.code.to_string(),
            |r, v| {
                r.code = $crate::domain::Code::parse(v)?;
                Ok(())
            }
        )
    };
    (name_zh $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "name_zh",
            Open,
            Text,
            "中文名",
            "Chinese name",
            |r| r.name_zh.clone(),
            |r, v| {
                r.name_zh = $crate::domain::cell::required(v)?;
                Ok(())
            }
        )
    };
    (name_en $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "name_en",
            Open,
            Text,
            "英文名",
            "English name",
            |r| r.name_en.clone(),
            |r, v| {
                v.clone_into(&mut r.name_en);
                Ok(())
            }
        )
    };
    (name $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "name",
            Personal,
            Text,
            "姓名",
            "name",
            |r| r.name.clone(),
            |r, v| {
                r.name = $crate::domain::cell::required(v)?;
                Ok(())
            }
        )
    };
    (birth_date $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "birth_date",
            Personal,
            Plain,
            "出生日期",
            "date of birth",
            |r| $crate::domain::cell::print(r.birth_date.as_ref()),
            |r, v| {
                r.birth_date = $crate::domain::cell::optional(v, $crate::domain::cell::day)?;
                Ok(())
            }
        )
    };
    (phone $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "phone",
            Masked,
            Text,
            "电话",
            "phone",
            |r| r.phone.clone(),
            |r, v| {
                v.clone_into(&mut r.phone);
                Ok(())
            }
        )
    };
    (id_number $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "id_number",
            Masked,
            Plain,
            "证件号码",
            "identity number",
            |r| r.id_number.clone(),
            |r, v| {
                r.id_number = $crate::domain::cell::optional(v, $crate::domain::id_number::parse)?
                    .unwrap_or_default();
                Ok(())
            }
        )
    };
    (street $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "street",
            Open,
            Plain,
            "街乡",
            "street",
            |r| $crate::domain::cell::print(r.street.as_ref()),
            |r, v| {
                r.street = $crate::domain::cell::optional(v, $crate::domain::Code::parse)?;
                Ok(())
            }
        )
    };
    (community $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "community",
            Open,
            Plain,
            "社区",
            "community",
            |r| $crate::domain::cell::print(r.community.as_ref()),
            |r, v| {
                r.community = $crate::domain::cell::optional(v, $crate::domain::Code::parse)?;
                Ok(())
            }
        )
    };
    (note $number:literal) => {
        $crate::domain::record::field!(
            $number,
            "note",
            Masked,
            Text,
            "备注",
            "note",
            |r| r.note.clone(),
            |r, v| {
                v.clone_into(&mut r.note);
                Ok(())
            }
        )
    };
    (lon $number:literal $privacy:ident) => {
        $crate::domain::record::field!(
            $number,
            "lon",
            $privacy,
            Plain,
            "经度",
            "longitude",
            |r| $crate::domain::cell::print(r.lon.as_ref()),
            |r, v| {
                r.lon =
                    $crate::domain::cell::optional(v, |v| $crate::domain::cell::degrees(v, 180.0))?;
                Ok(())
            }
        )
    };
    (lat $number:literal $privacy:ident) => {
        $crate::domain::record::field!(
            $number,
            "lat",
            $privacy,
            Plain,
            "纬度",
            "latitude",
            |r| $crate::domain::cell::print(r.lat.as_ref()),
            |r, v| {
                r.lat =
                    $crate::domain::cell::optional(v, |v| $crate::domain::cell::degrees(v, 90.0))?;
                Ok(())
            }
        )
    };
    (retired $number:literal $shape:ident) => {
        $crate::domain::record::field!(
            $number,
            "retired",
            Open,
            $shape,
            "停用",
            "retired",
            |r| $crate::domain::cell::print_flag(r.retired),
            |r, v| {
                r.retired = $crate::domain::cell::flag(v)?;
                Ok(())
            }
        )
    };
    (merged_into $number:literal $shape:ident) => {
        $crate::domain::record::field!(
            $number,
            "merged_into",
            Open,
            $shape,
            "并入",
            "merged into",
            |r| $crate::domain::cell::print(r.merged_into.as_ref()),
            |r, v| {
                r.merged_into = $crate::domain::cell::optional(v, $crate::domain::Code::parse)?;
                Ok(())
            }
        )
    };
}

pub(crate) use {field, shared};
