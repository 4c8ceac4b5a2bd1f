//! Floor 3: commands.
