//! One table form for the protocol's code spaces: a constant, its value, its name in the
//! specification and its meaning, with unknown values kept as they came.

/// Gives a newtype its named constants, their names, and a text form that never loses a value.
macro_rules! named_codes {
    ($type:ident { $( $constant:ident = $value:literal, $name:literal, $meaning:literal; )* }) => {
        impl $type {
            $(
                #[doc = $meaning]
                pub const $constant: Self = Self($value);
            )*

            /// Every named value with its name in the specification, in numeric order.
            pub const NAMED: &'static [(Self, &'static str)] = &[
                $( (Self::$constant, $name), )*
            ];

            /// Names the value as the specification does; `None` for vendor and reserved values.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some($name), )*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => formatter.write_str(name),
                    None => write!(formatter, "{:#X}", self.0),
                }
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, formatter)
            }
        }
    };
}

pub(crate) use named_codes;
