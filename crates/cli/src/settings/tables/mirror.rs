//! The two ways between a table of settings and the library's config, from one list.

use std::{num::NonZeroU32, time::Duration};

use tidegate::{Proxy, Rate, Respond};

use crate::settings::values::{Answers, Count, HostName, Net, Origin, Prefix, Route, Size, Span};

/// A setting whose value is a `T` of the library.
pub(super) trait Mirrors<T> {
    /// Returns the setting of a default.
    fn of(value: &T) -> Self;
    /// Returns the library's value.
    fn held(&self) -> T;
}

/// Says for each key of a table which field of the config it is. That gives the key its default, and
/// puts what was set into the config. Keys that are no field stand behind `;`, with a default.
macro_rules! mirrors {
    (
        $table:ident of $config:ty = $base:expr;
        $($key:ident: $($field:ident).+,)+
        $(; $($other:ident: $default:expr,)+)?
    ) => {
        impl Default for $table {
            fn default() -> Self {
                let base: $config = $base;
                Self {
                    $($key: $crate::settings::tables::mirror::Mirrors::of(&base.$($field).+),)+
                    $($($other: $default,)+)?
                }
            }
        }

        impl $table {
            /// Puts what was set into the library's config.
            pub(super) fn put(&self, config: &mut $config) {
                use $crate::settings::tables::mirror::Mirrors as _;
                $(config.$($field).+ = self.$key.held();)+
            }
        }
    };
}

pub(super) use mirrors;

// === impl Mirrors ===

impl Mirrors<Self> for bool {
    fn of(value: &Self) -> Self {
        *value
    }

    fn held(&self) -> Self {
        *self
    }
}

impl<const LEAST: u64, const MOST: u64> Mirrors<usize> for Count<LEAST, MOST> {
    fn of(value: &usize) -> Self {
        Self::unchecked(*value as u64)
    }

    fn held(&self) -> usize {
        usize::try_from(self.get()).unwrap_or(usize::MAX)
    }
}

/// So many a minute, all of them at once if they like.
impl<const LEAST: u64, const MOST: u64> Mirrors<Option<Rate>> for Option<Count<LEAST, MOST>> {
    fn of(value: &Option<Rate>) -> Self {
        let rate = value.as_ref()?;
        Some(Count::unchecked(u64::from(rate.per_minute.get())))
    }

    fn held(&self) -> Option<Rate> {
        let count = u32::try_from(self.as_ref()?.get()).ok()?;
        NonZeroU32::new(count).map(Rate::per_minute)
    }
}

impl<const LEAST: u64, const MOST: u64> Mirrors<Option<usize>> for Option<Count<LEAST, MOST>> {
    fn of(value: &Option<usize>) -> Self {
        value.map(|count| Count::unchecked(count as u64))
    }

    fn held(&self) -> Option<usize> {
        self.as_ref().map(Mirrors::<usize>::held)
    }
}

impl<const LEAST: u64, const MOST: u64> Mirrors<u64> for Count<LEAST, MOST> {
    fn of(value: &u64) -> Self {
        Self::unchecked(*value)
    }

    fn held(&self) -> u64 {
        self.get()
    }
}

impl<const LEAST: u64, const MOST: u64> Mirrors<usize> for Size<LEAST, MOST> {
    fn of(value: &usize) -> Self {
        Self::unchecked(*value as u64)
    }

    fn held(&self) -> usize {
        usize::try_from(self.get()).unwrap_or(usize::MAX)
    }
}

impl<const LEAST: u64, const MOST: u64> Mirrors<Duration> for Span<LEAST, MOST> {
    fn of(value: &Duration) -> Self {
        Self::unchecked(*value)
    }

    fn held(&self) -> Duration {
        self.get()
    }
}

/// Whole seconds.
impl<const LEAST: u64, const MOST: u64> Mirrors<u64> for Span<LEAST, MOST> {
    fn of(value: &u64) -> Self {
        Self::unchecked(Duration::from_secs(*value))
    }

    fn held(&self) -> u64 {
        let span = self.get();
        span.as_secs() + u64::from(span.subsec_nanos() > 0)
    }
}

impl Mirrors<Respond> for Answers {
    fn of(value: &Respond) -> Self {
        Self::of(*value)
    }

    fn held(&self) -> Respond {
        self.setting()
    }
}

impl Mirrors<Vec<Proxy>> for Vec<Net> {
    fn of(value: &Vec<Proxy>) -> Self {
        let nets = value.iter().map(|proxy| Net::unchecked(&proxy.to_string()));
        nets.collect()
    }

    fn held(&self) -> Vec<Proxy> {
        let proxies = self.iter().map(|net| net.as_str().parse());
        proxies
            .map(|proxy| proxy.expect("it was read as one"))
            .collect()
    }
}

/// Text, and lists of it, stands in the config as it was read.
macro_rules! as_text {
    ($($text:ident),+) => {$(
        impl Mirrors<String> for $text {
            fn of(value: &String) -> Self {
                Self::unchecked(value)
            }

            fn held(&self) -> String {
                self.as_str().to_owned()
            }
        }
    )+};
}

as_text!(HostName, Net, Origin, Prefix, Route);

impl<T: Mirrors<String>> Mirrors<Vec<String>> for Vec<T> {
    fn of(value: &Vec<String>) -> Self {
        value.iter().map(T::of).collect()
    }

    fn held(&self) -> Vec<String> {
        self.iter().map(T::held).collect()
    }
}
