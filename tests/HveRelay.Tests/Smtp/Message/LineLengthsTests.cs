using System.Text;
using HveRelay.Smtp.Message;

namespace HveRelay.Tests.Smtp.Message;

public sealed class LineLengthsTests
{
    [Theory]
    [InlineData(998, false)]
    [InlineData(999, true)]
    public void A_line_may_have_998_octets_wherever_it_is_cut_and_stands(int length, bool tooLong)
    {
        foreach (var message in new[] { $"{new string('x', length)}\r\n", $"a\r\n{new string('x', length)}", $"a: b\r\n\r\n{new string('x', length)}\r\nc" })
        {
            foreach (var piece in new[] { 1, 3, 997, 998, 999, 1000, 5000 })
            {
                var lines = new LineLengths();
                foreach (var cut in Encoding.ASCII.GetBytes(message).Chunk(piece))
                {
                    lines.Feed(cut);
                }

                Assert.Equal(tooLong, lines.AreTooLong);
            }
        }
    }
}
