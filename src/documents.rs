//! Documents of JSON, of which it is to be read in one place what stands in them and where it comes from.

/// Documents, a line for each field: its name, its type, and where it comes from.
macro_rules! documents {
    ($(
        $(#[$attribute:meta])*
        $vis:vis $name:ident $(<$life:lifetime>)? of ($($argument:ident: $kind:ty),+) $(where $known:pat = $source:expr;)? {
            $($(#[$option:meta])* $field:ident: $type:ty = $value:expr,)+
        }
    )+) => {
        $(
            #[derive(serde::Serialize)]
            $(#[$attribute])*
            $vis struct $name $(<$life>)? {
                $($(#[$option])* $field: $type,)+
            }

            impl $(<$life>)? $name $(<$life>)? {
                $vis fn of($($argument: $kind),+) -> Self {
                    $(let $known = $source;)?
                    Self { $($field: $value,)+ }
                }
            }
        )+
    };
}
